"""What a history has picked before, picked again and compared with what people committed."""
