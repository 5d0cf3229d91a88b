"""People who do not exist: names thrown together, numbers of a region that is on no map.

No real person has any of these numbers: the identity numbers begin with a division code that
GB/T 2260 does not know, the telephones are of the range 154, which no operator has, and the
accounts bear letters that no bank's do.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from aggregates.ids import PersonId
from aggregates.law.catalogues import PersonCategory
from aggregates.sealed.id_number import check_character
from ledger.simulation.chance import Chance
from ledger.vault.keys import Keyring

REGION = "3799"
"""A prefecture of Shandong that does not exist; two digits of our own follow."""
PHONES = "154"
ACCOUNTS = "SIM62"
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋"
    "蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉梅建国红海燕文志新春生立秀云凤林成福"
    "永祥庆德来荣宝山东学忠诚仁义礼智信思远晓雨晨阳昊宇轩梓涵欣怡佳琪瑞祥嘉铭雪松竹青川"
)
_ONE_CHARACTER_BP = 2_500
_GIVEN_TWO = 2
_SEQUENCE_MAX = 999


@dataclass(slots=True)
class Attended:
    """A class that somebody goes to: what it teaches and when."""

    occupation: str
    level: str
    starts_on: date
    ends_on: date


@dataclass(slots=True)
class Person:
    """Somebody.

    Attributes:
        number: The number among the people of the county.
        person_id: The id that the keyring derives from the ID number.
        name: A name.
        id_number: An ID number.
        phone: A telephone.
        account: The account of the social security card.
        category: The category that the person belongs to.
        county: The county.
        employer: The credit code of the employer, for employees.
        attended: The classes that the person goes to, for whoever plans the next one.
        known: Whether identity and category were on record before the class now planned.
        settled: Whether the person goes to no further class.
    """

    number: int
    person_id: PersonId
    name: str
    id_number: str
    phone: str
    account: str
    category: PersonCategory
    county: str
    employer: str | None = None
    attended: list[Attended] = field(default_factory=list)
    known: bool = False
    settled: bool = False


class People:
    """Makes the people of a county."""

    def __init__(self, seed: str, keyring: Keyring, county: str, region: int) -> None:
        """Start without anybody.

        Args:
            seed: The seed of the world.
            keyring: The keyring of the simulation, from which the ids of persons follow.
            county: The county's code.
            region: The county's number, from 1 to 99.
        """
        self._chance = Chance(seed, "people", county)
        self._keyring = keyring
        self._county = county
        self._region = region
        self._numbers: set[str] = set()
        self._made = 0

    def make(self, category: PersonCategory, on: date, *, employer: str | None = None) -> Person:
        """Make somebody of a category; ``on`` is the day on which the age shall fit."""
        self._made += 1
        youngest, oldest = _AGES.get(category, (19, 58))
        chance = self._chance
        born = on - timedelta(days=chance.randrange(youngest * 366, oldest * 365))
        id_number = self._id_number(born)
        return Person(
            number=self._made,
            person_id=self._keyring.pseudonym(id_number),
            name=self._name(),
            id_number=id_number,
            phone=f"{PHONES}{self._region:02}{self._made:06}",
            account=f"{ACCOUNTS}{self._region:02}{self._made:010}",
            category=category,
            county=self._county,
            employer=employer,
        )

    def _id_number(self, born: date) -> str:
        sequence = self._chance.randrange(1, _SEQUENCE_MAX)
        while True:
            digits = f"{REGION}{self._region:02}{born:%Y%m%d}{sequence:03}"
            number = digits + check_character(digits)
            if number not in self._numbers:
                self._numbers.add(number)
                return number
            sequence = sequence % _SEQUENCE_MAX + 1

    def _name(self) -> str:
        chance = self._chance
        length = 1 if chance.happens(_ONE_CHARACTER_BP) else _GIVEN_TWO
        return chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(length))


_AGES: dict[PersonCategory, tuple[int, int]] = {
    "SCHOOL_LEAVER": (18, 19),
    "STUDENT": (19, 22),
    "GRAD_2Y": (22, 25),
    "VETERAN": (22, 45),
    "CUSTODY": (22, 50),
}
"""Between which ages people of some categories are, in years."""
