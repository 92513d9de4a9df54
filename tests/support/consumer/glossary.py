"""A short lecture that defines its words, for tests of what needs no language model."""

GLOSSARY = (
    "An enzyme is a protein that speeds up one reaction in the cell.",
    "Every enzyme fits the molecules that it changes.",
    "Osmosis means any flow of water through a thin membrane.",
    "Without osmosis the roots of a plant would stay dry.",
    "A hormone is a messenger that travels through the blood to distant organs.",
    "Each hormone finds the organs that have the right receptor.",
    "A mutation is a lasting change in the letters of the genome.",
    "Most of the time a mutation does nothing at all.",
    "A neuron is a cell that passes electric signals on to its neighbours.",
    "The longest neuron reaches from the spine to the toes.",
    "Fermentation is the slow breakdown of sugar without oxygen.",
    "For bread and beer, fermentation needs yeast.",
    "A plant stores sugar in small grains that are called starch.",
    "The roots swell because osmosis draws water into the cells.",
    "Geometrically, a membrane is a wall with very many tiny doors.",
    "In warm water, enzyme and hormone lose their shape within seconds.",
)
"""One sentence a segment; six words are defined by what they are, one by its name, and one fact has its reason."""
