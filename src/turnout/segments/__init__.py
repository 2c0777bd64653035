"""Members by queries over the user's data: connections, queries, evaluation, timetables."""
