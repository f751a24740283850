INSERT INTO property ({facts})
VALUES ({facts from $1})
RETURNING {columns}
