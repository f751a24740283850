SELECT id, history_texts(before), history_texts(after) FROM history_versions('listing', $1, $2, $3)
