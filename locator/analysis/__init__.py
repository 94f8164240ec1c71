"""Answer the questions of residents and planners."""
