"""The vocabulary of generated records: invented and neutral.

Rule: no real person, company, address or number; domains end in .example, telephone
numbers are 555-01xx.
"""

FIRST_NAMES = (
    *("Ada", "Bela", "Cleo", "Dario", "Elin", "Farid", "Greta", "Hugo", "Ines", "Juno", "Kofi"),
    *("Lena", "Milo", "Nadia", "Otto", "Petra", "Quinn", "Rosa", "Soren", "Tala", "Uma", "Vito"),
    *("Wanda", "Xenia", "Yara", "Zeno", "Zoe\u0308", "André", "明子", "Łucja", "أمل"),
)
LAST_NAMES = (
    *("Amberly", "Birchwood", "Calloway", "Dunmore", "Eastlake", "Fairweather", "Greenhalgh"),
    *("Hartwell", "Inglewood", "Juniper", "Kestrel", "Larkspur", "Merriweather", "Northcott"),
    *("Oakhurst", "Pemberton", "Quillfeather", "Ravenscroft", "Silverton", "Thornbury"),
    *("Underhill", "Vandermeer", "Westbrook", "Yarrow", "Núñez-Ferro", "鈴原", "O’Marra"),
)
COMPANIES = ("Studio", "Collective", "& Partners", "Workshop", "Ltd.", "Foundation")
CITIES = ("Portland", "Évora", "東京", "Bristol", "Mu\u0308nchen", "Cape Town", "São Paulo", "Oslo")
STATES = ("Oregon", "Alentejo", "Kanto", "Avon", "Bavaria", "Western Cape")
COUNTRIES = (
    *("United States", "Portugal", "Japan", "United Kingdom", "Germany", "South Africa"),
    *("Brazil", "Norway", "Canada", "Egypt"),
)
STREETS = ("Willow Court", "Harbour Road", "Old Quay", "Linden Street", "Mill Lane")
JOBS = ("Founder", "Curator", "Teacher", "Managing partner", "Nurse", "Framer", "Editor")

SUBJECTS = (
    *("The client", "A returning guest", "The gallery", "Our bookkeeper", "Someone from the list"),
    *("The morning group", "The supplier", "A first-time visitor", "The evening circle"),
)
VERBS = (
    *("asked about", "confirmed", "postponed", "was glad of", "could not find", "paid for"),
    *("wrote twice about", "recommended", "would like to change", "praised"),
)
OBJECTS = (
    *("the sound bath", "the invoice", "the frame of the large canvas", "next week’s retreat"),
    *("the handout", "a private viewing", "the course dates", "the membership", "the newsletter"),
    *("an earlier appointment 🌱", "the café ☕ corner", "the breathing class（呼吸法）"),
)
THINGS = (
    *("Circle", "Retreat", "Sound bath", "Print", "Canvas", "Consultation", "Workshop", "Reading"),
    *("Viewing", "Course", "Membership", "Newsletter", "Exhibition", "Walk"),
)
QUALITIES = (
    *("Quiet", "Autumn", "Blue", "Evening", "Open", "Second", "Slow", "Small", "Spring", "Early"),
    *("Shared", "Winter", "Bright", "Weekly"),
)
DEEDS = (
    *("Call", "Write to", "Invoice", "Prepare", "Review", "Archive", "Translate", "Photograph"),
    *("Confirm", "Order", "Print", "Plan"),
)
UNKNOWN_OPTIONS = ("Imported", "Unsorted", "Legacy")
OFFSETS = ("+00:00", "-08:00", "+02:00", "+09:00", "+05:30")
