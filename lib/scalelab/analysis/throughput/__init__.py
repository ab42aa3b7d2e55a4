"""Where the time of a step goes, on one worker and on several."""
