-- Whether more listings were changed or deleted at once than the history lists one by one.
SELECT EXISTS (SELECT FROM history WHERE at >= $1 AND kind = 'bulk')
