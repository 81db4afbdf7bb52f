package page.bits.cluster.crash;

import datomic.Peer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Schema;

/** A program of its own that connects when all is over, and writes down what the database holds. */
final class FreshPeer {

    private FreshPeer() {}

    public static void main(String[] args) throws Exception {
        String uri = System.getenv("BITS_DATOMIC_URI");
        DatomicPeer peer = new DatomicPeer(
                ClientConfig.waiting(uri),
                Schema.BITS,
                List.of(),
                () -> Runtime.getRuntime().halt(1));
        peer.start();
        peer.whenReady().get();
        peer.sync(Duration.ofSeconds(30)).get();
        Dump.of(Peer.connect(uri)).write(Path.of(args[0]));
        peer.stop();
        System.exit(0);
    }
}
