"""The field: terminals that read cards and settle.

kernel    the flows, pure generators of effects     readers    where the card is
links     where the host is                         pin_pad    where secrets are typed
hands     what the holder does with the card
journal   what outlives a crash                     terminal   performs a flow's effects under trio
patients  who comes, with what                      visits     which flow a patient's coming turns into
fleet     many terminals of a city
"""
