"""What stands in the slots of a script's texts."""

from datetime import date, timedelta
from random import Random

from crm.demo_data.texts import texts
from crm.demo_data.visitors import Visitor
from crm.models import User

type Slots = dict[str, str]


def slots_of(rng: Random, *, visitor: Visitor, operator: User, branch_name: str, on: date) -> Slots:
    """The words of one conversation, which begins on a day: names, endings by gender, order, product, dates."""
    branch = texts("branches")[branch_name]
    return {
        **_greetings(rng, visitor),
        **_endings(visitor.feminine, operator_feminine=is_feminine(operator)),
        **_product(rng, visitor.lang),
        "operator": operator.first_name,
        "order": f"СД-{rng.randint(41_000, 58_999)}"
        if visitor.lang == "ru"
        else f"SD-{rng.randint(41_000, 58_999)}",
        "city": branch_name,
        "city_in": branch["in"],
        "address": branch["address"],
        "address_en": branch["address_en"],
        "date": _day(on + timedelta(days=rng.randint(2, 4)), visitor.lang),
        "slot": rng.choice(texts("phrases")[visitor.lang]["slots"]),
    }


def is_feminine(operator: User) -> bool:
    people = [texts("staff")["administrator"], *texts("staff")["operators"]]
    return any(person["feminine"] for person in people if person["username"] == operator.username)


def _greetings(rng: Random, visitor: Visitor) -> Slots:
    phrases = texts("phrases")[visitor.lang]
    by_name = visitor.given_name and rng.random() < 0.6
    hello = rng.choice(phrases["hello_name" if by_name else "hello"])
    return {
        "hi": rng.choice(phrases["hi"]),
        "hello": hello.format(name=visitor.given_name),
        "name": visitor.given_name,
    }


def _endings(feminine: bool, *, operator_feminine: bool) -> Slots:
    return {
        "a": "а" if feminine else "",
        "sya": "ась" if feminine else "ся",
        "yol": "ла" if feminine else "ёл",
        "oa": "а" if operator_feminine else "",
        "oen": "на" if operator_feminine else "ен",
    }


def _product(rng: Random, lang: str) -> Slots:
    """Russian products are masculine and inanimate, so that they may stand in the accusative as they are."""
    product = rng.choice(texts("products"))
    name: str = product[lang]
    price = f"{product['price']:,} ₽"
    return {
        "product": name,
        "Product": name[0].upper() + name[1:],
        "model": " ".join(word for word in name.split() if word[0].isascii()),
        "slug": product["slug"],
        "price": price.replace(",", " ") if lang == "ru" else price,
    }


def _day(day: date, lang: str) -> str:
    return f"{day.day} {texts('phrases')[lang]['months'][day.month - 1]}"
