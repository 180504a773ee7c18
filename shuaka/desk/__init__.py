"""One terminal and whoever stands at it, for the commands that serve, examine or record a single card.

counter      the conversation, shown            keyboard, look    what is typed, and how it is shown
reader_choice, simulation    which reader, real or simulated      drawer, chips    where simulated cards are kept
sessions     recorded and replayed              examination, card_view    a card checked, and looked at
"""
