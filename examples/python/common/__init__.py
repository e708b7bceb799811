"""What programs of an AI system import, over Outrider's settings and bus."""
