"""How a quiz gives itself away in English, German, Spanish and French."""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


CATCH_ALL = _any(
    r"\b(?:all|none|both|neither|any|most|some) of (?:the )?"
    r"(?:above|these|those|them|others?|answers|options|choices)\b",
    r"^(?:both |neither )?\(?[a-d]\)?(?:,? (?:and|or|nor|und|oder|y|o|et|ou) \(?[a-d]\)?)+\.?$",
    r"^(?:all|none|both|neither|alle|keine[rs]?|beide|ningun[oa]|amb[oa]s|tod[oa]s|aucune?|tous|toutes|les deux)\.?$",
    r"\b(?:alle|keine[rs]?|beide|nichts)(?: der| von| die)? ?(?:oben |hier )?"
    r"(?:genannten?|aufgeführten?|davon|antworten|vorigen|obigen|diesen)\b",
    r"\b(?:tod[ao]s|ningun[ao]|ninguno|ambas) (?:l[ao]s |de )?(?:las |los )?"
    r"(?:anteriores|respuestas|opciones|ell[ao]s|est[ao]s)\b",
    r"\b(?:toutes|tous|aucune?|les deux) (?:de )?(?:ces |les |des )?"
    r"(?:réponses|options|propositions|deux|précédentes|ci-dessus)\b",
)
"""An option about the other options."""

NEGATION = r"\b(?:not|isn['’]t|aren['’]t|doesn['’]t|don['’]t|didn['’]t|wasn['’]t|never|except|least likely)\b"
ASKS_FOR_THE_ODD_ONE = _any(
    r"\b(?:which|who|what)\b"
    r"(?:(?!\b(?:when|if|that|because|who|unless|although|where|than|after|before|while)\b|,)[^?])*?"
    rf"{NEGATION}(?! only)",
    r"\ball\b.{0,60}\bexcept\b",
    r"\bwelche[rsmn]?\b(?:(?!\b(?:wenn|dass|weil|obwohl|als|falls)\b|,)[^?])*?"
    r"\b(?:nicht|kein(?:e[nmrs]?)?|niemals)\b(?! nur)",
    r"\baußer (?:eine[rms]?|welche[rms]?)\b",
    r"\b(?:cuál|cuáles|quién|qué)\b(?:(?!\b(?:si|cuando|porque|aunque|que|quien)\b|,)[^?])*?"
    r"\b(?:no|nunca)\b(?! (?:solo|sólo))",
    r"\b(?:excepto|salvo)\b",
    r"\b(?:le|la|les)?(?:quel(?:le)?s?)\b(?:(?!\b(?:si|quand|lorsque|parce|que|qui)\b|,)[^?])*?"
    r"\b(?:ne|n['’])(?:[^?])*?\b(?:pas|jamais)\b",
    r"\b(?:sauf|excepté)\b",
)
"""A stem that asks which option is wrong; a negation in a clause of its own (`when it is not heated`) is none."""
EMPHASISED = re.compile(
    r"\b(?:NOT|NEVER|EXCEPT|LEAST|NICHT|KEIN(?:E[NMRS]?)?|NIEMALS|AUSSER|AUẞER|NO|NUNCA|EXCEPTO|SALVO|PAS|JAMAIS|SAUF)\b"
)
"""A negation that nobody overlooks."""
NEGATIVE_WORD = _any(
    r"\bnot\b", r"\bnever\b", r"\bexcept\b", r"\bleast\b", r"\bnicht\b", r"\bkein(?:e[nmrs]?)?\b", r"\bniemals\b",
    r"\bno\b", r"\bnunca\b", r"\bexcepto\b", r"\bsalvo\b", r"\bpas\b", r"\bjamais\b", r"\bsauf\b",
)  # fmt: skip
"""What is written in capitals to mend such a stem."""

NOT_ONLY = _any(r"\bnot only\b", r"\bnicht nur\b", r"\bno s[oó]lo\b", r"\bnon seulement\b")
ABSOLUTE = _any(
    r"\b(?:always|never|only|all|every|everyone|everything|none|nobody|nothing|no|completely|entirely|impossible|must)\b",
    r"\b(?:immer|nie|niemals|nur|alle[rsn]?|jede[rsmn]?|kein(?:e[nmrs]?)?|niemand|nichts|vollständig|völlig|jemals)\b",
    r"\b(?:siempre|nunca|jamás|solo|sólo|todos?|todas?|cada|ningún|ninguna|nadie|nada|completamente)\b",
    r"\b(?:toujours|jamais|seulement|tous|toutes?|chaque|chacun|aucune?|personne|rien|complètement)\b",
)
"""Words of claims that are seldom true."""

ARTICLE = re.compile(r"\b(?P<article>an?|une?|el|la|le|der|die|das|eine?)(?: _+|…|:)?\s*$", re.IGNORECASE)
"""A stem that ends before its answer."""
