"""Between institutions, agencies and cities: reconciliation, claims and their clearing."""
