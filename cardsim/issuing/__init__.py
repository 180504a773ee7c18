"""How cards come to be: people from a seed, their numbers, and the issuer who turns them into chips."""
