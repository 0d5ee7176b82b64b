"""The pages people look at afterwards: the report, the retrospective's draft, the customer's summary."""
