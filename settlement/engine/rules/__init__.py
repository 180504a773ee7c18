"""What holds, as data: cities, institutions, benefit policies and catalogues, each value dated and with its source."""
