"""What the rules and the ledger say, told to people: values in, tables and sentences out.

policy_table   a policy as officials write it      explanation         how a split came about
policy_check   what is doubtful in one             explanation_words   ... in English and Chinese
policy_bounds  cases at its thresholds             policy_words        what codes are called
"""
