// The shape of YouTube's player as far as the solver looks for it; selftest.py knows what it answers.
(function () {
  var moves = {
    turn: function (a) { a.reverse() },
    drop: function (a, n) { a.splice(0, n) },
    swap: function (a, n) { var first = a[0]; a[0] = a[n % a.length]; a[n % a.length] = first },
  };
  var sign = function (a) { a = a.split(""); moves.swap(a, 2); moves.turn(a, 1); moves.drop(a, 3); return a.join("") };
  var pace = function (a) { return "n" + a.length + a.split("").reverse().join("") };
  class Address {
    constructor(u) { this.u = u; this.p = {}; var me = this; var q = u.split("?")[1];
      if (q) { q.split("&").forEach(function (x) { var y = x.split("="); me.p[y[0]] = decodeURIComponent(y[1] || "") }) } }
    set(k, v) { this.p[k] = v }
    get(k) { return k in this.p ? this.p[k] : null }
    clone() { var a = new Address(this.u); a.p = Object.assign({}, this.p); return a }
    rewrite() { var n = this.get("n"); if (n) { this.set("n", pace(n)) } return this }
  }
  var build = function (url, sp, s) {
    var x = new Address(url);
    x.set("alr", "yes");
    if (s) { x.set(sp, encodeURIComponent(sign(decodeURIComponent(s)))) }
    return x
  };
  var player = { Address: Address, build: build };
}).call(this);
