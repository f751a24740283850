-- Whether a statement changed or deleted more listings than the history records individually.
SELECT EXISTS (SELECT FROM history WHERE at >= $1 AND kind = 'bulk')
