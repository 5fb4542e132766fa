"""Built bytes + Dataset -> findings. Shares no function with what decided or drew; reads what readers get."""
