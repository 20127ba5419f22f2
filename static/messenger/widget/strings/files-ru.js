export default {
  attached: "Прикреплённые файлы",
  file: "Файл",
  removeFile: (name) => `Убрать ${name}`,
  uploading: "Загрузка",
  cancel: "Отменить",
  tooLarge: (name, limit) => `${name}: файл больше ${limit}.`,
  notAllowed: (name, types) =>
    `${name}: такой файл отправить нельзя. Можно: ${types}.`,
  emptyFile: (name) => `${name}: файл пуст или не читается.`,
  tooMany: (count) => `В одном сообщении не больше ${count} файлов.`,
  filesGone: "Файлов здесь больше нет, прикрепите их снова",
};
