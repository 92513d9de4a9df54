"""Spanish."""

from consumer.study.extract.languages import Language, pattern, words

HEDGE = (
    r"(?:(?:también|siempre|básicamente|esencialmente|simplemente|solo|realmente|entonces|en realidad|más o menos) )*"
)

SPANISH = Language(
    code="es",
    function_words=words(
        """a acá ahí ahora al algo alguien algún alguna algunas alguno algunos allí ambos ante antes aquel aquella
        aquellas aquello aquellos aquí así aun aún aunque bajo bastante bien cada casi como cómo con conmigo
        contra cosa cosas cual cuál cuales cualquier cualquiera cuando cuándo cuanto cuánto da dado de debe
        deben debería deja del demás demasiado dentro desde después despues dice dicho diferente donde dónde
        dos durante e el él ella ellas ello ellos en entonces entre era eran es esa esas ese eso esos esta
        está están estaba estamos estar estas este esto estos estoy etc forma fue fueron gran ha había hace
        hacemos hacen hacer hacia haciendo han hasta hay he hecho hemos hoy igual incluso ir jamás junto
        llama llaman llamada llamado llamados llamadas conoce conocido conocida la las le les lo los luego
        mas más me mediante mejor menos mientras mi mí mis misma mismas mismo mismos mucha muchas mucho
        muchos muy nada nadie ni ningún ninguna ninguno no nos nosotros nuestra nuestro nunca o os otra
        otras otro otros para parece parte pero poco pocos podemos podría podrían por porque pues puede
        pueden que qué quien quién quienes quiere quieres quizá quizás se sé sea según ser si sí sido
        siempre sin sino sobre sois solamente solo sólo somos son soy su sus suyo tal tales también tampoco
        tan tanto te tenemos tener tenía tiene tienen tienes toda todas todavía todo todos tras tres tu tú
        tus un una unas uno unos usted va vamos van varias varios vas ve veces ver vez voy y ya yo"""
    ),
    determiners=words("el la los las un una unos unas este esta estos estas ese esa cada su sus nuestro nuestra"),
    articles=words("el la los las"),
    labels=words("palabra término expresión siglas concepto"),
    indefinite=words("un una unos unas el la los las"),
    things=words("cosa algo cosas"),
    joiners=words("de del por con al en la"),
    genitives=words("de del la"),
    negations=words("no nunca ni tampoco jamás"),
    connectors=words("y pero así entonces bueno pues ahora recuerda además o bien"),
    leaning=words(
        """esto eso este esta estos estas ese esa esos esas ello él ella ellos ellas su sus así entonces ambos dicho
        dicha tal aunque otro otra allí ahí aquí"""
    ),
    speakers=words("yo me mi nosotros nos nuestro nuestra vamos tu tú te tus digamos imagina quiero"),
    talk=pattern(
        r"\b(?:capítulos?|este v[ií]deo|esta clase|la clase|próxim[ao]|bienvenid\w+|gracias|agradecimientos|suscr\w+|"
        r"patrocin\w+|patr[eé]on|tarea|buen[ao]s (?:días|tardes|noches)|hoy|p[áa]gina \d+)\b"
    ),
    plans=pattern(
        r"\b(?:voy a|vamos a|quiero|haré|haremos|veremos|hablaremos|explicaré|"
        r"más adelante|como (?:he dicho|dije|decía)|(?:ver|leer|aprender|oir)(?:éis|ás))\b"
    ),
    vague=pattern(
        r"(?:(?:muy|bastante|más|tan) )?(?:poco|buen[ao]?|mal[ao]?|gran|enorme|problema|pregunta|respuesta|ejemplo|"
        r"raz[oó]n|cosa|caso|punto|difícil|fácil|interesante|importante|simple|parte|idea|lástima)\b"
    ),
    half=pattern(r"\bno (?:\w+ )?(?:solo|sólo|solamente|simplemente|únicamente)\b(?!.*\bsino\b)"),
    is_a=(
        pattern(rf"\b(?:es|son) {HEDGE}(?=(?:una?|unas|unos) )"),
        pattern(rf"\b(?:es|son) {HEDGE}(?=(?:el|la|los|las) (?:\w+ ){{1,3}}(?:de|del|que|para|por|entre|con)\b)"),
        pattern(r"\bson (?=\w+ que )"),
        pattern(
            r"\b(?:se define(?:n)? como|consiste(?:n)? (?:en|de)|consta(?:n)? de|se refiere(?:n)? a|significa(?:n)?|"
            r"quiere(?:n)? decir|describe(?:n)?|designa(?:n)?) (?!que\b)"
        ),
        pattern(r", (?:es decir|o sea),? (?=(?:el|la|los|las|una?|unos|unas)\b)"),
    ),
    naming=(
        pattern(
            r"\b(?:se )?(?:la |le |lo |les )?(?:llama|llaman|llamaba|llamaban|denomina|denominan|llamamos|denominamos) "
            r"(?:com[uú]nmente |"
            r"también |a (?:esto|eso) )*"
        ),
        pattern(r"\b(?:llamad|denominad)[oa]s? (?:com[uú]nmente )?"),
        pattern(r"\b(?:conocid[oa]s?|se (?:la |le |lo )?conocen?|conocemos)(?: com[uú]nmente| también)? como "),
        pattern(r"\bel (?:término|nombre)(?: técnico)?(?: para (?:esto|eso))? es "),
    ),
    named=(
        pattern(r"\bpor (?P<term>(?:[\w-]+ ){0,2}[\w-]+) (?:entendemos|se entiende) "),
        pattern(r"\b(?:se define|definimos) (?:(?:el|la|los|las|una?) )?(?P<term>(?:[\w-]+ ){0,2}[\w-]+) como "),
    ),
    stands_for=(pattern(r"\b(?:significa|son las siglas de|es la abreviatura de|es la sigla de) "),),
    because=pattern(r"^(?P<fact>.+?),? (?:porque|ya que|puesto que|debido a que) (?P<reason>.+)$"),
    why="{fact}. ¿Por qué?",
    asks="¿Qué significa «{term}»?",
    matches="¿Cuál de estas palabras de la clase significa: «{definition}»?",
)
