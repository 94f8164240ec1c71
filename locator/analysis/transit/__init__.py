"""Go by tram or bus where the walk is long: from door to door, by the timetable."""
