"""German."""

from consumer.study.extract.languages import Language, pattern, words

HEDGE = r"(?:(?:also|eigentlich|im Grunde|einfach|immer|nämlich|letztlich|meist|oft|zunächst|ja|nun|im Prinzip) )*"
NOUN = r"(?-i:(?:[a-zäöüß]+(?:en|er|es|e|em) ){0,2}[A-ZÄÖÜ][\w-]+)"

GERMAN = Language(
    code="de",
    function_words=words(
        """ab aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes anders auch auf
        aus außer außerdem bei beide beiden beim bereits bezeichnet bezeichnen genannt nennt nennen heißen
        besonders besteht bevor bin bis bisschen bist bzw da dabei dadurch dafür dagegen daher dahin damals
        damit danach daneben dann daran darauf daraus darf darin darüber darum das dass davon davor dazu
        dein deine dem den denen denn dennoch der deren des deshalb dessen desto dich die dies diese diesem
        diesen dieser dieses dir doch dort du durch dürfen eben ebenfalls ebenso egal eher eigentlich ein
        eine einem einen einer eines einfach einige einigen einiger einmal er erst erste ersten es etwa
        etwas euch euer falls fast für gab ganz gar geben gegen geht gemacht genau genug gerade gern gibt
        ging gut habe haben hat hatte hätte heißt her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren
        ihrer ihres im immer in indem ins insgesamt irgendwie ist ja je jede jedem jeden jeder jedes jedoch
        jemand jene jetzt kann kaum kein keine keinem keinen keiner können könnte könnten lassen lässt
        leicht letzte letzten lieber machen macht mal man manche manchmal mehr mein meine meist meisten mich
        mir mit möchte möchten möglich müssen muss musste nach nachdem nachher nämlich natürlich neben nein
        nicht nichts nie niemand noch nun nur ob oben obwohl oder oft ohne schon sehr sei sein seine seinem
        seinen seiner seines seit selbst sich sie sieht sind so sobald sogar solche solchen solcher soll
        sollen sollte sollten somit sondern sonst sowie später statt stets tun über überhaupt übrigens um
        und uns unser unsere unter usw viel viele vielen vielleicht vom von vor vorher während wann war
        waren warum was weil weiter weitere welche welchem welchen welcher wenig weniger wenn wer werde
        werden wie wieder will wir wird wirklich wo wobei wohl wollen worden wurde wurden würde würden zu
        zum zur zwar zwei zwischen"""
    ),
    determiners=words(
        """der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen diesem jeder jede jedes
        kein keine seine ihre unsere"""
    ),
    articles=words("der die das den dem des"),
    labels=words("wort begriff ausdruck abkürzung initialen"),
    indefinite=words("ein eine einen einem einer"),
    things=words("etwas ding sache was"),
    joiners=words("der des von"),
    genitives=words("der des von"),
    negations=words("nicht nie kein keine keinen niemals weder"),
    particles=words("ab an auf aus ein vor zu"),
    connectors=words("und aber also nun denn doch außerdem dabei dann jetzt ja okay oder"),
    leaning=words(
        """er sie es dies diese dieser dieses diesen diesem das dort dabei damit dazu darin daraus dafür davon dann
        danach deshalb daher so solche ihre ihr ihn ihnen seine sein beide sondern letztere erstere jener
        jene dadurch daran darauf hier"""
    ),
    speakers=words("ich wir uns unser unsere mein meine du dich dir dein deine ihr euch"),
    talk=pattern(
        r"\b(?:kapitel\w*|vorlesung\w*|letztes? (?:mal|woche)|nächste[ns]? (?:mal|woche|video)|willkommen|danke\w*|"
        r"abonn\w*|sponsor\w*|patreon|hausaufgabe\w*|sprechstunde\w*|guten (?:morgen|abend|tag)|"
        r"(?:diesem|dieses) (?:video|kurs)|heute|seite \d+)\b"
    ),
    plans=pattern(
        r"\b(?:ich werde|ich möchte|ich will|wir werden|wir wollen|lass(?:t|en)? (?:uns|mich)|später noch|"
        r"wie gesagt|sprechen über|(?:werdet ihr|wirst du|werden sie) (?:noch |später )*(?:sehen|lesen|hören|lernen)|"
        r"(?:seht|lest|hört|lernt) ihr (?:noch|später))\b"
    ),
    vague=pattern(
        r"(?:(?:sehr|ziemlich|wirklich|so|ganz|recht) )?(?:bisschen|wenig|paar|große[rns]?|gute[rns]?|schlechte[rns]?|"
        r"schöne[rns]?|schwierige[rns]?|einfache[rns]?|interessante[rns]?|wichtige[rns]?|typische[rns]?|"
        r"klassische[rns]?|gewisse[rns]?|andere[rns]?|problem|frage|antwort|beispiel|grund|sache|punkt|teil|fall|"
        r"witz|unterschied)\b"
    ),
    half=pattern(r"\bnicht (?:nur|bloß|einfach|lediglich)\b(?!.*\bsondern\b)"),
    is_a=(
        pattern(rf"\b(?:ist|sind) {HEDGE}(?=(?:ein|eine|einer|eines|einen|eines der|eine der) )"),
        pattern(rf"\b(?:ist|sind) {HEDGE}(?=(?:der|die|das) (?:\w+ ){{1,3}}(?:von|für|der|des|zwischen|mit|zu)\b)"),
        pattern(r"\b(?:ist|sind) definiert als "),
        pattern(r"\bsind (?=(?-i:[A-ZÄÖÜ])\w+, (?:die|welche) )"),
        pattern(
            r"\b(?:bedeutet|bezeichnet|beschreibt|beschreiben|bezieht sich (?:auf|darauf)|besteht aus|"
            r"bestehen aus),? (?!man\b)"
        ),
    ),
    naming=(
        pattern(
            r"(?<!das )\b(?:heißt|heißen|hieß|hießen) "
            r"(?!(?:das|dies|es|also|aber|nicht|dass|ja|hier|so)\b)"
        ),
        pattern(
            r"\b(?:nennt man|nannte man|nennen wir|nennt sich|man nennt|wir nennen|"
            r"bezeichnet man als|bezeichnen wir als) "
            r"(?:(?:das|dies|es|sie|ihn|diese[nrs]?) (?:[A-ZÄÖÜ]\w+ )?)?(?:(?:oft|auch|dann|hier|einfach) )*(?:als )?"
        ),
        pattern(r"\bso ?genannte[nrsm]? "),
        pattern(r"\b(?:begriff|fachbegriff|fachwort|name)(?: dafür| hierfür)? (?:ist|lautet) "),
    ),
    named=(
        pattern(rf"\b(?:man|wir) (?:definieren|definiert) (?:(?:den|die|das|einen?|ein) )?(?P<term>{NOUN}) als "),
        pattern(rf"\bunter (?:(?:einem|einer|dem|der) )?(?P<term>{NOUN}) (?:versteht man|verstehen wir) "),
        pattern(rf"\bals (?:vielleicht )?[\"„“]?(?P<term>{NOUN})[\"“”]? (?:bezeichnet|bezeichnen)\b"),
        pattern(rf"(?:,| )(?:der|die|das|auch|man|wir|wird|werden|oft) [\"„“]?(?P<term>{NOUN})[\"“”]? genannt\b"),
        pattern(rf"\b(?P<term>{NOUN}) genannt (?:wird|werden)\b"),
        pattern(r"\bbegriff [\"„“](?P<term>[^\"“”]+)[\"“”] (?:verwendet|benutzt|gebraucht)\b"),
    ),
    stands_for=(pattern(r"\b(?:steht für|stehen für|ist die abkürzung (?:für|von)|ist kurz für) "),),
    because=pattern(r"^(?P<fact>.+?), (?:weil|da) (?P<reason>.+)$"),
    why="{fact}. Warum?",
    asks="Was ist mit „{term}“ gemeint?",
    matches="Welches dieser Wörter der Vorlesung bedeutet: „{definition}“?",
    nouns_have_capitals=True,
)
