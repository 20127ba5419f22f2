export default {
  attached: "Attached files",
  file: "File",
  removeFile: (name) => `Remove ${name}`,
  uploading: "Uploading",
  cancel: "Cancel",
  tooLarge: (name, limit) => `${name} is larger than ${limit}.`,
  notAllowed: (name, types) => `${name} can't be sent. Allowed: ${types}.`,
  emptyFile: (name) => `${name} is empty or can't be read.`,
  tooMany: (count) => `No more than ${count} files in a message.`,
  filesGone: "The files are no longer here. Attach them again",
};
