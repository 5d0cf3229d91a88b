"""The monthly class plan (月度培训班期计划): reported, aggregated, published."""
