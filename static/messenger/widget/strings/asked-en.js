/* What the features of features.js say. */
export default {
  opensAt: (day, clock) => `We open ${day} at ${clock}.`,
  onWeekday: (weekday) => weekday,
  name: "Name",
  email: "Email",
  phone: "Phone",
  optional: "optional",
  required: "Please fill this in",
  badEmail: "Please check the address",
  badPhone: "Please check the number",
  consent: "I agree to the processing of my personal data.",
  mustAgree: "Please tick the box to go on",
  privacy: "Privacy policy",
  beforeStart: "Before we start",
  goOn: "Continue",
  skip: "Skip",
  later: "Not now",
  notTaken: "That did not work. Please try again.",
  reach: (email) =>
    email
      ? "Leave your email, and we will answer there too"
      : "Leave your details, and we will get back to you",
  detailsThanks: "Thank you! We will get back to you.",
  rate: "How was this conversation?",
  recommend: "How likely are you to recommend us?",
  ends: ["Not likely", "Very likely"],
  stars: (count) => (count === 1 ? "1 star" : `${count} stars`),
  comment: "Tell us more (optional)",
  rateThanks: "Thank you for your rating!",
};
