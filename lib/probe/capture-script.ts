/**
 * A packet capture in Perl, which every node image that has `dpkg` brings along (perl-base): a packet socket in the node's own network
 * namespace (packet(7)), all interfaces but the loopback, where the node's own services tell each other what agents said.
 * Prints `READY pid` once it listens, and what it counted on SIGUSR1 or after its time: frames, drops, TCP
 * frames with data by addresses and the lower of both ports, and frames with a marker. It prints no payload.
 * Arguments: seconds, the marker's common beginning.
 */
export const CAPTURE_SCRIPT = String.raw`
use strict; use warnings; $| = 1;
my ($seconds, $base) = @ARGV;
my $mark = qr/\Q$base\E([a-z0-9]+)/;
socket(my $socket, 17, 3, unpack('S', pack('n', 3))) or die "no packet socket: $!\n";
setsockopt($socket, 1, 33, pack('i', 16 << 20));
my ($stop, $frames, %flows, %hits) = (0, 0);
$SIG{USR1} = $SIG{TERM} = $SIG{ALRM} = sub { $stop = 1 };
alarm $seconds;
print "READY $$\n";
until ($stop) {
  my $from = recv($socket, my $frame, 65536, 0);
  next unless defined $from;
  my (undef, undef, undef, $kind) = unpack('S n i S', $from);
  next if $kind == 772;
  $frames++;
  my $flow = '- - 0';
  if (length($frame) >= 54 && substr($frame, 12, 2) eq "\x08\x00" && ord(substr($frame, 23, 1)) == 6) {
    my $tcp = 14 + 4 * (ord(substr($frame, 14, 1)) & 15);
    my $size = unpack('n', substr($frame, 16, 2)) || length($frame) - 14;
    next if length($frame) < $tcp + 20;
    my ($source, $target) = unpack('nn', substr($frame, $tcp, 4));
    my $data = $size - ($tcp - 14) - 4 * (ord(substr($frame, $tcp + 12, 1)) >> 4);
    next if $data <= 0;
    $flow = join ' ', (map { join '.', unpack('C4', substr($frame, $_, 4)) } 26, 30), $source < $target ? $source : $target;
    $flows{$flow}++;
  }
  my %seen;
  $hits{"$1 $flow"}++ while $frame =~ /$mark/g && !$seen{$1}++;
}
my $drops = (unpack('I2', getsockopt($socket, 263, 6) // ''))[1] // 0;
print "COUNT $frames $drops\n";
print "FLOW $_ $flows{$_}\n" for keys %flows;
print "HIT $_ $hits{$_}\n" for keys %hits;
print "END\n";
`;
