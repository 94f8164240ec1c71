"""Turn results into folium maps; no calculation here."""
