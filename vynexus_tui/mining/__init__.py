"""What does the person repeat? From events to a ranked list of patterns; pure, one file per stage.

segmentation > templates > timeline > episode_growth > consolidation > single_commands > parameters > worthiness, potential, identity
"""
