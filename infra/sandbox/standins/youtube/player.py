"""The player's script, small enough to read and odd enough that yt-dlp must run it to solve `n` and `sig`."""

PLAYER_ID = "0004de42"
PLAYER_PATH = f"/s/player/{PLAYER_ID}/player_ias.vflset/en_US/base.js"

SCRIPT = """
(function(){
var h = {
  turn: function(a){ a.reverse() },
  cut: function(a, b){ a.splice(0, b) },
  swap: function(a, b){ var c = a[0]; a[0] = a[b % a.length]; a[b % a.length] = c }
};
var config = {signatureTimestamp:20390};
var solveSig = function(a){ a = a.split(""); h.turn(a, 1); h.cut(a, 2); h.swap(a, 3); return a.join("") };
var solveN = function(a){ return a.split("").reverse().join("") + "_" + a.length };
class Address {
  constructor(u){ this.u = u; this.p = {}; var q = u.split("?")[1]; var me = this;
    if (q) { q.split("&").forEach(function(x){ var y = x.split("="); me.p[y[0]] = decodeURIComponent(y[1] || "") }) } }
  set(k, v){ this.p[k] = v }
  get(k){ return k in this.p ? this.p[k] : null }
  clone(){ var a = new Address(this.u); a.p = Object.assign({}, this.p); return a }
  rewrite(){ var n = this.get("n"); if (n) { this.set("n", solveN(n)) } return this }
}
var build = function(url, sp, s){
  var x = new Address(url);
  x.set("alr", "yes");
  if (s) { x.set(sp, encodeURIComponent(solveSig(decodeURIComponent(s)))) }
  return x
};
var player = {Address: Address, build: build, config: config};
}).call(this);
"""


def solved_n(n: str) -> str:
    """What the script makes of the `n` parameter."""
    return f"{n[::-1]}_{len(n)}"


def solved_signature(scrambled: str) -> str:
    """What the script makes of a signature."""
    letters = list(scrambled)[::-1][2:]
    letters[0], letters[3 % len(letters)] = letters[3 % len(letters)], letters[0]
    return "".join(letters)
