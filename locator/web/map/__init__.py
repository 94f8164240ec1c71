"""Turn results into folium maps; nothing else knows folium."""
