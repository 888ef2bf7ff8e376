import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node on the loopback address, for trials and tests: no security plugin, no cluster. Run by opensearch.py. */
public final class OpenSearchNode {
    public static void main(final String[] arguments) throws Exception {
        final String folder = arguments[0];
        final String port = arguments[1];
        final String transportPort = arguments[2];
        final OpenSearchRunner node = new OpenSearchRunner();
        node.setMaxHttpPort(-1); // else the runner refuses ports above its own range
        node.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", port);
            settings.put("transport.port", transportPort);
            settings.put("discovery.type", "single-node");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false); // a developer's disk is often nearly full
        });
        node.build(newConfigs().basePath(folder).clusterName("invoiceflow").numOfNode(1));
        final CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (final Exception error) {
                error.printStackTrace();
            }
            closed.countDown();
        }));
        node.ensureYellow();
        closed.await();
    }
}
