// Knows nothing of Outrider: looks again and again, says so, and ends when it is told to, as any program does.
let number = 0;
setInterval(() => console.log(`looked ${(number += 1)} times`), 1_000);
