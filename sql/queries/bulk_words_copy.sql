COPY words ({facts}) FROM STDIN (FORMAT binary)
