"""The policy book of the city: parameters, lists, working days and waivers, each published."""
