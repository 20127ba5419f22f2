/* What the features of features.js say. */
export default {
  opensAt: (day, clock) => `Откроемся ${day} в ${clock}.`,
  onWeekday: (weekday) =>
    `${weekday.startsWith("вт") ? "во" : "в"} ${weekday.replace(/а$/, "у")}`,
  name: "Имя",
  email: "Почта",
  phone: "Телефон",
  optional: "необязательно",
  required: "Заполните это поле",
  badEmail: "Проверьте адрес",
  badPhone: "Проверьте номер",
  consent: "Согласен на обработку моих персональных данных.",
  mustAgree: "Отметьте согласие, чтобы продолжить",
  privacy: "Политика конфиденциальности",
  beforeStart: "Прежде чем начать",
  goOn: "Продолжить",
  skip: "Пропустить",
  later: "Не сейчас",
  notTaken: "Не получилось. Попробуйте ещё раз.",
  reach: (email) =>
    email
      ? "Оставьте почту, и мы ответим и туда"
      : "Оставьте контакты, и мы с вами свяжемся",
  detailsThanks: "Спасибо! Мы с вами свяжемся.",
  rate: "Как прошёл разговор?",
  recommend: "Насколько вероятно, что вы нас порекомендуете?",
  ends: ["Вряд ли", "Точно да"],
  stars: (count) =>
    count === 1 ? "1 звезда" : `${count} ${count < 5 ? "звезды" : "звёзд"}`,
  comment: "Расскажите подробнее (необязательно)",
  rateThanks: "Спасибо за оценку!",
};
