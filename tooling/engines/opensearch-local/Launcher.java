package sluice.opensearch;

import java.io.IOException;
import java.io.OutputStream;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * Starts a single OpenSearch node, which ends when its standard input does.
 *
 * <pre>java -cp ... sluice.opensearch.Launcher WORK-DIR PORT [setting=value ...]</pre>
 */
public final class Launcher {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("http.port", args[1]);
            settings.put("transport.port", "0");
            settings.put("network.host", "127.0.0.1");
            settings.put("discovery.type", "single-node");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            settings.putList("discovery.seed_hosts");
            for (int i = 2; i < args.length; i++) {
                int equals = args[i].indexOf('=');
                settings.put(args[i].substring(0, equals), args[i].substring(equals + 1));
            }
            // the runner's own, which a single node refuses
            settings.remove("cluster.initial_cluster_manager_nodes");
            settings.remove("cluster.initial_master_nodes");
        });
        runner.build(OpenSearchRunner.newConfigs()
            .basePath(args[0]).numOfNode(1).clusterName("sluice-test").disableESLogger().build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (IOException e) {
            e.printStackTrace();
        }
    }
}
