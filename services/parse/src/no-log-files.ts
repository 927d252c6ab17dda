// Imported before parse-server, which opens log files in the current folder when it is loaded, whatever its options say later.
process.env["PARSE_SERVER_LOGS_FOLDER"] ??= "null";
