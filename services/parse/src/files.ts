const refuse = () => Promise.reject(new Error("This site stores no files in Parse: recordings are files of the hosts, served below /rec/"));

/** A files adapter that stores nothing. Parse's own default would look for MongoDB's GridFS, whatever the database is. */
export const noFiles = {
  createFile: refuse,
  deleteFile: refuse,
  getFileData: refuse,
  getFileLocation: (_config: unknown, filename: string) => filename,
};
