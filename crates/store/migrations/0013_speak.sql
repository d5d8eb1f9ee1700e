-- Administrators of an installation get the right that they would ship with: to speak for customers.
UPDATE role SET rights = replace(rights, ']', ',"ticket.speak"]'), version = version + 1
WHERE name = 'administrator' AND rights LIKE '%"]' AND rights NOT LIKE '%ticket.speak%';
