"""French."""

from consumer.study.extract.languages import Language, pattern, words

HEDGE = r"(?:(?:aussi|toujours|donc|simplement|en fait|essentiellement|tout simplement|souvent|alors|finalement) )*"

FRENCH = Language(
    code="fr",
    function_words=words(
        """c d j l m n s t qu jusqu lorsqu puisqu a à afin ai ainsi alors après as assez au aucun aucune aujourd'hui
        auquel aussi autre autres aux avait avant avec avez avoir avons beaucoup bien bon car ce ceci cela
        celle celles celui cent ces cet cette ceux chaque chez chose choses ci comme comment contre d'abord
        dans de déjà depuis derrière des dès deux devant devient devrait dire dit dois doit doivent donc
        dont du d'un d'une elle elles en encore enfin entre es est et étaient était étant être eu exemple
        faire fait faut fois font grande appelle appelé appelée appelés ici il ils j'ai jamais je jusqu'à
        l'on la là laquelle le lequel les lesquels leur leurs lors lorsque lui ma mais mal même mêmes mes
        moi moins mon n'est ne ni non nos notre nous on ont or ou où par parce parfois parmi pas pendant
        petit peu peut peuvent plus plusieurs plutôt pour pourquoi pourrait pouvez pouvons presque puis
        qu'elle qu'il qu'on quand que quel quelle quelles quelque quelques quels qui quoi rien s'il sa sans
        se selon sera ses seulement si sien soi soit sommes son sont sous souvent suis sur surtout ta tandis
        tant te tel telle telles tels tes toi ton toujours tous tout toute toutes très trois trop tu un une
        va vais vers veut voici voilà voir vont vos votre vous vraiment y c'est qu'est s'est d'autres
        l'autre qu'ils c'était"""
    ),
    determiners=words("l le la les un une des ce cet cette ces son sa ses leur leurs notre nos votre chaque du"),
    articles=words("le la les l"),
    labels=words("mot terme expression sigle concept notion"),
    indefinite=words("un une des le la les l"),
    things=words("chose choses quelque-chose truc"),
    joiners=words("de du des à en d la le"),
    genitives=words("de du des la"),
    negations=words("ne n pas jamais ni n'est n'a"),
    connectors=words("et mais donc alors or ensuite puis bon bref ainsi aussi ou"),
    leaning=words(
        """il elle ils elles ce cet cette ces ceci cela ça c'est celui celle ceux celles ici là leur leurs son sa ses
        lui y en voilà voici"""
    ),
    speakers=words("je j'ai nous notre nos vous votre vos tu mon ma mes moi"),
    talk=pattern(
        r"\b(?:chapitres?|cette vidéo|ce cours|la semaine (?:dernière|prochaine)|la prochaine fois|bienvenue|merci|"
        r"abonn\w+|sponsor\w*|tipeee|patreon|devoirs|bonjour|bonsoir|aujourd'hui|page \d+)\b"
    ),
    plans=pattern(
        r"\b(?:on va|nous allons|je vais|je veux|on verra|nous verrons|plus tard|comme je l'ai dit|parler de|"
        r"(?:vous|tu) (?:l[ea]s? |l['’]|en )?(?:verrez|lirez|apprendrez|entendrez|verras|liras|apprendras))\b"
    ),
    vague=pattern(
        r"(?:(?:très|assez|plutôt|vraiment|si|plus) )?(?:peu|bon|bonne|mauvais|mauvaise|grand|grande|gros|grosse|petit|"
        r"petite|beau|belle|problème|question|réponse|exemple|raison|chose|cas|point|difficile|facile|simple|"
        r"intéressant\w*|important\w*|partie|idée|honte)\b"
    ),
    half=pattern(r"\bpas (?:seulement|simplement|uniquement|juste)\b(?!.*\bmais\b)"),
    is_a=(
        pattern(rf"\b(?:est|sont) {HEDGE}(?=(?:une?|des) )"),
        pattern(
            rf"\b(?:est|sont) {HEDGE}"
            rf"(?=(?:l['’]|(?:le|la|les) )(?:\w+ ){{1,3}}(?:de|du|des|d['’]|qui|que|entre|pour)\b)"
        ),
        pattern(
            r"\b(?:se définit comme|est définie? comme|désigne(?:nt)?|signifie(?:nt)?(?! que)|consiste(?:nt)? (?:à|en)|"
            r"fait référence à|veut dire|décri(?:t|vent)) "
        ),
        pattern(r", (?:c['’]est-à-dire|autrement dit),? (?=(?:l['’]|le|la|les|une?|des)\b)"),
    ),
    naming=(
        pattern(r"\bs['’]appel(?:le|lent|ait|aient) "),
        pattern(
            r"\b(?:on|nous|l['’]on|les \w+s) (?:l['’]|les |la |le )?appel(?:le|ons|lent) "
            r"(?:(?:cela|ça|ceci|cette \w+|ce \w+) )?(?:aussi |souvent )?"
        ),
        pattern(r"\b(?:appelé|nommé|dénommé)(?:e|s|es)? (?:aussi |communément )?"),
        pattern(r"\bconnue?s? sous le nom (?:de |d['’])"),
        pattern(r"\bqu['’](?:on|il) appelle "),
        pattern(r"\ble (?:terme|nom|mot)(?: technique)? (?:pour cela )?est "),
    ),
    named=(
        pattern(r"\bpar (?P<term>(?:[\w'’-]+ ){0,2}[\w'’-]+),? (?:on|nous) enten(?:d|dons) "),
        pattern(r"\b(?:on|nous) défini(?:t|ssons) (?:(?:le|la|les|une?) )?(?P<term>(?:[\w'’-]+ ){0,2}[\w'’-]+) comme "),
    ),
    stands_for=(pattern(r"\b(?:signifie|est l['’]abréviation de|est le sigle de|veut dire) "),),
    because=pattern(r"^(?P<fact>.+?),? (?:parce qu[e'’]|puisqu[e'’]) ?(?P<reason>.+)$"),
    why="{fact}. Pourquoi ?",
    elisions=pattern(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=\w)"),
    asks="Que signifie « {term} » ?",
    matches="Lequel de ces mots du cours signifie : « {definition} » ?",
)
