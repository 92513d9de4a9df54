// Everything is there: show what the address names.
views.follow({ focus: false });
