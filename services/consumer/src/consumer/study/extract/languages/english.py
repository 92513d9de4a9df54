"""English."""

from consumer.study.extract.languages import Language, pattern, words

HEDGE = r"(?:(?:also|always|really|basically|essentially|just|simply|actually|usually|often|then|sort of|kind of) )*"
CALLED = r"(?:called|known as|referred to as|termed|named|dubbed)"

ENGLISH = Language(
    code="en",
    function_words=words(
        """a about above across actually after again against ago all almost alone along already also although always am
        among an and another any anybody anything anyway are around as at away back be became call called
        calls because become becomes been before behind being below beside besides between beyond both but
        by came can cannot could did do does doing done down during each either else enough especially etc
        even ever every everybody everyone everything exactly few first five for four from further gave get
        gets getting give given gives go goes going gone gonna got had happen happens has have having he
        hence her here hers herself him himself his how however i if in indeed instead into is it its itself
        just kind know last later least less let lets like likely lot lots made make makes making many may
        maybe me mean means might mine more most much must my myself namely near nearly need needs neither
        never next nine no nobody none nor not nothing now of off often oh ok okay on once one ones only
        onto or other others otherwise our ours ourselves out over own part perhaps please possible probably
        put quite rather really right said same saw say saying says see seem seems seen seven several shall
        she should simply since six so some somebody somehow someone something sometimes somewhere soon sort
        still such take takes ten than that the their theirs them themselves then there therefore these they
        thing things this those though three through throughout thus to together too toward towards try two
        type under unless until up upon us use used uses using usually very via want was way ways we well
        went were what whatever when where whereas whether which while who whoever whole whom whose why will
        with within without won't would yeah yes yet you your yours yourself that's it's i'm i'll i've i'd
        you're you'll you've you'd we're we'll we've we'd they're they'll they've don't doesn't didn't isn't
        aren't wasn't weren't can't couldn't wouldn't shouldn't there's here's what's he's she's let's who's"""
    ),
    determiners=words("a an the this that these those its their our your my his her each every any some no another"),
    articles=words("the"),
    labels=words("word term expression initials acronym abbreviation notion concept"),
    indefinite=words("a an"),
    things=words("thing something things stuff what what's"),
    joiners=words("of to in"),
    genitives=words("of"),
    negations=words("not never no none isn't aren't don't doesn't wasn't can't won't neither nor"),
    particles=words("out up off down away around back"),
    connectors=words("and but so now well then thus hence therefore again remember basically okay also or because"),
    leaning=words(
        """it they he she this these those that here which such him her them its their his both other others another
        one ones some either neither same otherwise instead although though it's that's there's he's she's
        they're here's yeah yes oh"""
    ),
    speakers=words("i i'm i'll i've i'd we we'll we're we've let's us my our you you'll you're you've your"),
    talk=pattern(
        r"\b(?:chapters?|lectures?|last time|next (?:time|week|video)|this (?:video|week|course|slide)|welcome|"
        r"thank you|thanks|subscribe|sponsor\w*|patreon|homework|office hours|good (?:morning|evening)|see you|"
        r"page \d+|today)\b"
    ),
    plans=pattern(
        r"\b(?:later on|to be said|(?:talk(?:ed|ing)?|said) (?:\w+ )?about|let me|let's|i'll|we'll|we're going to|"
        r"i'm going to|"
        r"i want to|i'd like|as (?:i|we) said|"
        r"you(?:'ll| will) (?:get|see|read|learn|hear) (?:that|this|it|about|more|later|next))\b"
    ),
    vague=pattern(
        r"(?:(?:very|really|quite|pretty|rather|so|more|most|slightly|somewhat) )?"
        r"(?:bit|lot|little|big|huge|great|good|"
        r"bad|nice|fun|funny|hard|tough|simple|easy|interesting|important|strange|weird|crazy|perfect|classic|typical|"
        r"common|useful|different|similar|true|real|problem|question|answer|mess|joke|shame|pity|fact|reason|example|"
        r"issue|point|deal|thing|challenge|start|few|couple|case|way to go|must|given|no-brainer|one)\b"
    ),
    half=pattern(r"\b(?:not|\w+n't) (?:just|only|merely|simply)\b(?!.*\bbut\b)"),
    is_a=(
        pattern(rf"\b(?:is|are) {HEDGE}(?:defined (?:as|to be) |(?=(?-i:an?|any) ))"),
        pattern(rf"\b(?:is|are) {HEDGE}(?=the (?:\w+ ){{1,3}}(?:of|for|that|which|to|by|between|where|with)\b)"),
        pattern(r"\bare (?=\w+ (?:that|which)\b)"),
        pattern(r"\b(?:refers? to|denotes?|describes?|means?|consists? of) "),
        pattern(r", (?:which|that) (?:is|are|describes?) (?=(?:an?|any|some)\b)"),
        pattern(r", (?:meaning|that is|i\.e\.|in other words),? (?=(?:an?|any|some)\b)"),
        pattern(
            r"\b(?:can|could|may|might|should) be (?:thought of|seen|regarded|viewed|understood) as (?=(?:an?|the)\b)"
        ),
    ),
    naming=(
        pattern(rf"\b{CALLED} (?!(?:on|up|in|for|out|by|off|the same)\b)"),
        pattern(
            r"\b(?:we|you|people|they|physicists|chemists|biologists|mathematicians|economists|engineers|doctors|"
            r"lawyers|scientists|\w+ists|\w+ians)(?:'ll| will| would| might| can| often| usually| also| often)* "
            r"(?:call|refer to) (?:it|them|(?:this|these|that)(?: \w+(?= (?:an?|the) ))?) (?:as )?"
        ),
        pattern(
            r"\bthe (?:general |technical |usual |official |common |proper )?(?:term|word) "
            r"(?:used |for (?:this|it|that|these) )?(?:here )?(?:is|was) "
        ),
        pattern(
            r"(?:\b(?:is|are|was|be|that\'s)|,|--|[—–]) (?:what|which) "
            r"(?:we|you|people|\w+|\w+ \w+)(?:'ll| will| would)? calls? "
        ),
        pattern(r"\bso-called "),
    ),
    named=(
        pattern(r"\bby (?P<term>(?:[\w'-]+ ){0,2}[\w'-]+),? (?:we|i|one|people) (?:simply )?means? "),
        pattern(
            r"\b(?:we|i|you|people|they|one) (?:can |usually |often )*define "
            r"(?:an? |the )?(?P<term>(?:[\w'-]+ ){0,2}[\w'-]+) (?:as|to be) "
        ),
    ),
    stands_for=(pattern(r"\b(?:stands? for|is short for|is an (?:abbreviation|acronym) (?:of|for)) "),),
    because=pattern(r"^(?P<fact>.+?),? because (?!of\b)(?P<reason>.+)$"),
    why="{fact}. Why?",
    asks="What is meant by “{term}”?",
    matches="Which of these words of the lecture means: “{definition}”?",
)
