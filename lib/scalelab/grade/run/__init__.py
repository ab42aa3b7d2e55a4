"""A submission run as K ranks in its sandbox, under the budget."""
