// The votes of a poll, as they are told one by one.

/** A poll after one vote more or less; `me` where it is the reader's own. */
export function voted(poll, answerId, by, me) {
  const counts = new Map(poll.results.answer_counts.map((one) => [one.id, { ...one }]));
  const counted = counts.get(answerId) ?? { id: answerId, count: 0, me_voted: false };
  counted.count += by;
  if (me) counted.me_voted = by > 0;
  counts.set(answerId, counted);
  return { ...poll, results: { ...poll.results, answer_counts: [...counts.values()].filter((one) => one.count > 0) } };
}

/** A poll that was told to all, with what is this reader's in it taken from the one known before. */
export function keepOwnVotes(poll, known) {
  const mine = new Set(known.results.answer_counts.filter((one) => one.me_voted).map((one) => one.id));
  const counts = poll.results.answer_counts.map((one) => ({ ...one, me_voted: mine.has(one.id) }));
  return { ...poll, results: { ...poll.results, answer_counts: counts } };
}
