"""One comment on a pull request for a whole stack, from plans as documents. What rolls a group is not known here."""
