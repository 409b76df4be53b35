"""What failures mean for the distribution network: who is out, who is back by switching, and when. Pure."""
