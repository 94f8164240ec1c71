"""Hold the words for opening hours in Polish, English and Ukrainian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The words of one language; the templates take the parts by name.

    `nth` has two forms, the second for the weekdays in `feminine`; `sun` has three: the event,
    a while after it, a while before it. Between the months are spaces.
    """

    day_from: Sequence[str]
    day_to: Sequence[str]
    day_alone: Sequence[str]
    day_of_month: Sequence[str]
    nth: Mapping[int, tuple[str, str]]
    from_end: str
    feminine: Sequence[int]
    nth_day: str
    holidays: Mapping[tuple[str, int], str]
    holidays_on: str
    alone: str
    day_range: str
    every_day: str
    conjunction: str
    months: str
    months_of: str
    date: str
    date_with_year: str
    month_with_year: str
    since: str
    between: str
    easter: Mapping[int, str]
    before_easter: str
    after_easter: str
    year: str
    years: str
    since_year: str
    odd_weeks: str
    even_weeks: str
    weeks: str
    always: str
    all_day: str
    next_day: str
    open_end: str
    longer: str
    sun: Mapping[str, tuple[str, str, str]]
    closed: str
    unknown: str
    opened: str
    perhaps: str
    otherwise: str


_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_NTH = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
    -2: "second to last",
}
_ENGLISH_MONTHS = (
    "January February March April May June July August September October November December"
)

LANGUAGES: Mapping[str, Words] = {
    "en": Words(
        day_from=_ENGLISH_DAYS,
        day_to=_ENGLISH_DAYS,
        day_alone=_ENGLISH_DAYS,
        holidays={
            ("ph", 0): "public holidays",
            ("ph", -1): "days before public holidays",
            ("ph", 1): "days after public holidays",
            ("sh", 0): "school holidays",
        },
        alone="{days}",
        day_range="{first} to {last}",
        every_day="every day",
        conjunction="and",
        months=_ENGLISH_MONTHS,
        months_of=_ENGLISH_MONTHS,
        date="{day} {month}",
        date_with_year="{day} {month} {year}",
        month_with_year="{month} {year}",
        since="from {date}",
        between="from {first} to {last}",
        always="day and night, every day",
        all_day="day and night",
        next_day="{time} the next day",
        closed="closed",
        unknown="hours unknown",
        opened="open",
        perhaps="perhaps open",
        otherwise="at other times: {rest}",
        open_end="from {time} until an hour that is not stated",
        longer="{times} or longer",
        sun={
            "dawn": ("dawn", "{time} h after dawn", "{time} h before dawn"),
            "sunrise": ("sunrise", "{time} h after sunrise", "{time} h before sunrise"),
            "sunset": ("sunset", "{time} h after sunset", "{time} h before sunset"),
            "dusk": ("dusk", "{time} h after dusk", "{time} h before dusk"),
        },
        nth={n: (word, word) for n, word in _ENGLISH_NTH.items()},
        from_end="{nth} from the end",
        feminine=(),
        day_of_month=_ENGLISH_DAYS,
        nth_day="{nth} {day} of the month",
        holidays_on="{holidays} that fall on {days}",
        easter={
            -2: "Good Friday",
            -1: "Holy Saturday",
            0: "Easter Sunday",
            1: "Easter Monday",
        },
        before_easter="{days} days before Easter Sunday",
        after_easter="{days} days after Easter Sunday",
        year="in {year}",
        years="in {first}–{last}",
        since_year="from {year}",
        odd_weeks="in odd weeks of the year",
        even_weeks="in even weeks of the year",
        weeks="in weeks {weeks} of the year",
    ),
    "pl": Words(
        day_from=(
            "poniedziałku",
            "wtorku",
            "środy",
            "czwartku",
            "piątku",
            "soboty",
            "niedzieli",
        ),
        day_to=("poniedziałku", "wtorku", "środy", "czwartku", "piątku", "soboty", "niedzieli"),
        day_alone=("poniedziałki", "wtorki", "środy", "czwartki", "piątki", "soboty", "niedziele"),
        holidays={
            ("ph", 0): "święta",
            ("ph", -1): "dni przed świętami",
            ("ph", 1): "dni po świętach",
            ("sh", 0): "ferie i wakacje szkolne",
        },
        alone="w {days}",
        day_range="od {first} do {last}",
        every_day="codziennie",
        conjunction="i",
        months=(
            "styczeń luty marzec kwiecień maj czerwiec "
            "lipiec sierpień wrzesień październik listopad grudzień"
        ),
        months_of=(
            "stycznia lutego marca kwietnia maja czerwca "
            "lipca sierpnia września października listopada grudnia"
        ),
        date="{day} {month}",
        date_with_year="{day} {month} {year} r.",
        month_with_year="{month} {year} r.",
        since="od {date}",
        between="od {first} do {last}",
        always="całą dobę, codziennie",
        all_day="całą dobę",
        next_day="{time} następnego dnia",
        closed="zamknięte",
        unknown="godziny nieznane",
        opened="otwarte",
        perhaps="być może otwarte",
        otherwise="w pozostałym czasie: {rest}",
        open_end="od {time} do niepodanej godziny",
        longer="{times} lub dłużej",
        sun={
            "dawn": ("świt", "{time} h po świcie", "{time} h przed świtem"),
            "sunrise": (
                "wschód słońca",
                "{time} h po wschodzie słońca",
                "{time} h przed wschodem słońca",
            ),
            "sunset": (
                "zachód słońca",
                "{time} h po zachodzie słońca",
                "{time} h przed zachodem słońca",
            ),
            "dusk": ("zmierzch", "{time} h po zmierzchu", "{time} h przed zmierzchem"),
        },
        nth={
            1: ("pierwszy", "pierwszą"),
            2: ("drugi", "drugą"),
            3: ("trzeci", "trzecią"),
            4: ("czwarty", "czwartą"),
            5: ("piąty", "piątą"),
            -1: ("ostatni", "ostatnią"),
            -2: ("przedostatni", "przedostatnią"),
        },
        from_end="{nth} od końca",
        feminine=(2, 5, 6),
        day_of_month=(
            "poniedziałek",
            "wtorek",
            "środę",
            "czwartek",
            "piątek",
            "sobotę",
            "niedzielę",
        ),
        nth_day="{nth} {day} miesiąca",
        holidays_on="{holidays}, które wypadają {days}",
        easter={
            -2: "Wielki Piątek",
            -1: "Wielka Sobota",
            0: "Wielkanoc",
            1: "Poniedziałek Wielkanocny",
        },
        before_easter="{days} dni przed Wielkanocą",
        after_easter="{days} dni po Wielkanocy",
        year="w {year} r.",
        years="w latach {first}–{last}",
        since_year="od {year} r.",
        odd_weeks="w nieparzystych tygodniach roku",
        even_weeks="w parzystych tygodniach roku",
        weeks="w tygodniach roku o numerach {weeks}",
    ),
    "uk": Words(
        day_from=("понеділка", "вівторка", "середи", "четверга", "п’ятниці", "суботи", "неділі"),
        day_to=("понеділка", "вівторка", "середи", "четверга", "п’ятниці", "суботи", "неділі"),
        day_alone=("понеділок", "вівторок", "середу", "четвер", "п’ятницю", "суботу", "неділю"),
        holidays={
            ("ph", 0): "святкові дні",
            ("ph", -1): "дні перед святами",
            ("ph", 1): "дні після свят",
            ("sh", 0): "шкільні канікули",
        },
        alone="у {days}",
        day_range="з {first} до {last}",
        every_day="щодня",
        conjunction="та",
        months=(
            "січень лютий березень квітень травень червень "
            "липень серпень вересень жовтень листопад грудень"
        ),
        months_of=(
            "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"
        ),
        date="{day} {month}",
        date_with_year="{day} {month} {year} р.",
        month_with_year="{month} {year} р.",
        since="з {date}",
        between="з {first} до {last}",
        always="цілодобово, щодня",
        all_day="цілодобово",
        next_day="{time} наступного дня",
        closed="зачинено",
        unknown="години невідомі",
        opened="відчинено",
        perhaps="можливо, відчинено",
        otherwise="в інший час: {rest}",
        open_end="з {time} до години, яку не вказано",
        longer="{times} або довше",
        sun={
            "dawn": ("світанок", "{time} год після світанку", "{time} год до світанку"),
            "sunrise": (
                "схід сонця",
                "{time} год після сходу сонця",
                "{time} год до сходу сонця",
            ),
            "sunset": (
                "захід сонця",
                "{time} год після заходу сонця",
                "{time} год до заходу сонця",
            ),
            "dusk": ("сутінки", "{time} год після сутінків", "{time} год до сутінків"),
        },
        nth={
            1: ("перший", "першу"),
            2: ("другий", "другу"),
            3: ("третій", "третю"),
            4: ("четвертий", "четверту"),
            5: ("п’ятий", "п’яту"),
            -1: ("останній", "останню"),
            -2: ("передостанній", "передостанню"),
        },
        from_end="{nth} з кінця",
        feminine=(2, 4, 5, 6),
        day_of_month=("понеділок", "вівторок", "середу", "четвер", "п’ятницю", "суботу", "неділю"),
        nth_day="{nth} {day} місяця",
        holidays_on="{holidays}, що припадають {days}",
        easter={
            -2: "Страсна п’ятниця",
            -1: "Велика субота",
            0: "Великдень",
            1: "Великодній понеділок",
        },
        before_easter="за {days} дн. до Великодня",
        after_easter="через {days} дн. після Великодня",
        year="у {year} р.",
        years="у {first}–{last} рр.",
        since_year="з {year} р.",
        odd_weeks="у непарні тижні року",
        even_weeks="у парні тижні року",
        weeks="у тижні року з номерами {weeks}",
    ),
}
